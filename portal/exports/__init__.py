"""Records out of the registries, in the browser: asked for with a reason, logged, made, kept sealed for a day."""
