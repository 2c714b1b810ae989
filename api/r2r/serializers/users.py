from lib.times import iso

NAME, ABOUT = 120, 2_000  # characters
# What R2R knows of a user and has no column here.
IN_METADATA = ("bio", "profile_picture")


def spell_user(user):
    return {
        "id": str(user.pk),
        "email": user.email or f"{user.typeid}@users.invalid",
        "is_active": user.is_active,
        "is_superuser": user.is_superuser,
        "created_at": iso(user.created_at),
        "updated_at": iso(user.updated_at),
        "is_verified": True,
        "collection_ids": [],
        "graph_ids": [],
        "document_ids": [],
        "limits_overrides": {},
        "metadata": {key: value for key, value in user.metadata.items() if key not in IN_METADATA},
        "verification_code_expiry": None,
        "name": user.name or None,
        "bio": user.metadata.get("bio"),
        "profile_picture": user.metadata.get("profile_picture"),
        "total_size_in_bytes": None,
        "num_files": None,
        "account_type": "password",
        "hashed_password": None,
        "google_id": None,
        "github_id": None,
    }


def spell_login(login):
    return {
        "access_token": {"token": login.access, "token_type": "access"},
        "refresh_token": {"token": login.refresh, "token_type": "refresh"},
    }


def spell_key(key):
    return {
        "public_key": key.prefix,
        "key_id": str(key.pk),
        "name": key.name or None,
        "updated_at": iso(key.revoked_at or key.created_at),
        "description": key.description or None,
    }


def spell_new_key(key, secret):
    return {"public_key": key.prefix, "api_key": secret, "key_id": str(key.pk), "name": key.name or None}
