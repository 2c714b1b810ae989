import pytest


@pytest.fixture
def path(conversation, typeid):
    return f"/conversations/{typeid(conversation)}"


def test_a_branch_is_made_shown_renamed_activated_and_deleted(as_alice, path):
    made = as_alice.post(f"{path}/branches", {"name": "idea", "description": "Another way"})
    assert made.status_code == 201
    assert made.json() | {"created_at": 0, "updated_at": 0, "forked_at": 0, "forked_from_item_id": 0} == {
        "name": "idea",
        "description": "Another way",
        "parent_branch": "MAIN",
        "forked_at": 0,
        "forked_from_item_id": 0,
        "item_count": 2,
        "created_at": 0,
        "updated_at": 0,
        "is_active": False,
    }
    assert as_alice.patch(f"{path}/branches/idea", {"name": "better"}).json()["name"] == "better"
    assert as_alice.post(f"{path}/branches/better/activate").json() == {
        "active_branch": "better",
        "message": "Branch activated successfully",
    }
    assert as_alice.get(path).json()["active_branch"] == "better"
    as_alice.post(f"{path}/items", {"role": "user", "content": "Only here"})
    assert as_alice.delete(f"{path}/branches/better").json()["code"] == "branch_protected"
    as_alice.post(f"{path}/branches/main/activate")
    assert as_alice.delete(f"{path}/branches/better").json()["deleted_items"] == 1
    assert [row["name"] for row in as_alice.get(f"{path}/branches").json()["data"]] == ["MAIN"]


def test_names_are_refused_in_words(as_alice, path):
    as_alice.post(f"{path}/branches", {"name": "idea"})

    assert as_alice.post(f"{path}/branches", {"name": "idea"}).json()["code"] == "branch_exists"
    assert as_alice.post(f"{path}/branches", {"name": "main"}).json()["code"] == "branch_protected"
    assert (
        as_alice.post(f"{path}/branches", {"name": "a b"}).json()["message"]
        == "name must be 1 to 50 of A–Z a–z 0–9 _ - ."
    )
    assert as_alice.get(f"{path}/branches/nothing").json()["code"] == "branch_not_found"


def test_the_list_costs_the_same_however_many_branches_there_are(as_alice, path, django_assert_num_queries):
    for n in range(5):
        as_alice.post(f"{path}/branches", {"name": f"b{n}"})

    with django_assert_num_queries(5):  # the key, the conversation, the branches, the tree, where they forked
        assert len(as_alice.get(f"{path}/branches").json()["data"]) == 6
