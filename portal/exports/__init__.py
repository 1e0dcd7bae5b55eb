"""Records out of the registries, in the browser."""
