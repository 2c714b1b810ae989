from accounts.admin import audit, counts, keys, programs, users, workspaces

__all__ = ["audit", "counts", "keys", "programs", "users", "workspaces"]
