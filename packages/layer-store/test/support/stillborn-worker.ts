throw new Error('a module of this worker is missing')
