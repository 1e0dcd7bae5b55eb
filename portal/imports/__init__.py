"""Files into the registries, in the browser."""
