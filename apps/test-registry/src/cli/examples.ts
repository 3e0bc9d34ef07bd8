export const generalHelp = `
Examples:
  $ lading-test-registry serve --sample
  $ lading-test-registry serve --dir ./images --port 5000 --log text
  $ lading-test-registry serve --sample --profile docker-hub
  $ lading-test-registry seed --to http://127.0.0.1:5000 images.json

A registry that runs has a page at /_lading/ and an API under /_lading/api.
`

export const serveHelp = `
Examples:
  $ lading-test-registry serve --sample --auth bearer --user alice:secret
  $ lading-test-registry serve --sample --auth-file auth.json
  $ lading-test-registry serve --dir ./images --port 5000
  $ lading-test-registry serve --layout t/app=./layout-made-by-umoci
  $ lading-test-registry serve --sample --faults faults.json --log json
  $ lading-test-registry serve --sample --faults '{ "on": "blob", "then": "reset" }'
  $ lading-test-registry serve --sample --profile docker-hub
  $ lading-test-registry serve --sample --quirk headStatus=403 --quirk interimAnswers=100,103
  $ lading-test-registry serve --sample --tls --ca-file ca.pem
  $ lading-test-registry serve --sample --bytes-per-second 2000000

A fault script is a fault or an array of them, as the API takes it:
  [{ "on": "blob", "nth": 1, "afterBytes": 1000, "then": "reset" },
   { "on": "manifest", "times": 2, "then": { "status": 503, "retryAfter": 1 } }]

--auth-file has what the package's 'auth' takes: one kind, or rules by repository:
  [{ "kind": "none", "repositories": "public/*" },
   { "kind": "bearer", "username": "alice", "password": "secret", "expiresAfterRequests": 10 }]

It listens on loopback unless --host says otherwise. When it is ready, it prints one
line of JSON with its address on stdout; --log writes to stderr. SIGINT and SIGTERM stop it,
and with --stop-with-stdin the end of stdin: so a test in another language leaves nothing
behind, also where npx stands between the two.
`

export const seedHelp = `
Examples:
  $ lading-test-registry seed --to http://127.0.0.1:5000 images.json
  $ lading-test-registry seed --to http://127.0.0.1:5000 --sample
  $ lading-test-registry seed --dir ./images images.json
  $ echo '{ "name": "t/app:1", "layers": [{ "files": { "etc/motd": "hello" } }] }' | lading-test-registry seed --to http://127.0.0.1:5000 -

A description is an image or an array of them:
  [{ "name": "t/app:1", "layers": [{ "files": { "etc/motd": "hello" } }, { "random": 2000000 }] },
   { "name": "t/multi:1", "manifests": [{ "layers": [] }, { "platform": "linux/arm64" }] }]

It prints a line of JSON with digests for each image.
`
