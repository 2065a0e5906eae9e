"""The markdown pipeline: one room a syntax, put together in `renderer`."""
