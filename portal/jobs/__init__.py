"""Long work: asked for by a page, done by a worker."""
