"""The site: everything that knows a request."""
