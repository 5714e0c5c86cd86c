"""What people may type: one module of forms a domain, over fields shared by all."""
