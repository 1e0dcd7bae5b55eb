"""The index: a throw-away shadow of the change logs that answers words, facets and scopes quickly."""
