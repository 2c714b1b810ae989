from accounts.admin import audit, keys, users, workspaces

__all__ = ["audit", "keys", "users", "workspaces"]
