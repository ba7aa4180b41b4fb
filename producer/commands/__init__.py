"""The subcommands of `producer`, each in a module of its own: a source's options, and how it is made of them."""
