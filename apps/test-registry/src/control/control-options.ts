/** The page at `/_lading/` and the API under `/_lading/api`. */
export interface ControlOptions {
  /**
   * More hosts it answers to, as clients write them (`registry:5000`): names of this machine, or of a container that
   * passes the port on. Its own address, and `localhost` when that is loopback, need not be named.
   */
  readonly hosts?: readonly string[] | undefined
}
