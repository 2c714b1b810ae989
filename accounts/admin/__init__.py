from accounts.admin import audit, keys, programs, users, workspaces

__all__ = ["audit", "keys", "programs", "users", "workspaces"]
