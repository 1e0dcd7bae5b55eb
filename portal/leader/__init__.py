"""What leaders see: units and all that is known of them, and how far the registries can be trusted."""
