from uuid import UUID

import pytest

from lib import typeid

# From the specification's valid.yml and invalid.yml, version 0.3.
VALID = {
    "prefix_00000000000000000000000000": "00000000-0000-0000-0000-000000000000",
    "prefix_00000000000000000000000001": "00000000-0000-0000-0000-000000000001",
    "prefix_0000000000000000000000000a": "00000000-0000-0000-0000-00000000000a",
    "prefix_0000000000000000000000000g": "00000000-0000-0000-0000-000000000010",
    "prefix_00000000000000000000000010": "00000000-0000-0000-0000-000000000020",
    "prefix_7zzzzzzzzzzzzzzzzzzzzzzzzz": "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "prefix_0123456789abcdefghjkmnpqrs": "0110c853-1d09-52d8-d73e-1194e95b5f19",
    "prefix_01h455vb4pex5vsknk084sn02q": "01890a5d-ac96-774b-bcce-b302099a8057",
    "pre_fix_00000000000000000000000000": "00000000-0000-0000-0000-000000000000",
}
INVALID = [
    "PREFIX_00000000000000000000000000",
    "12345_00000000000000000000000000",
    "pre.fix_00000000000000000000000000",
    "prefix_1234567890123456789012345",
    "prefix_123456789012345678901234567",
    "prefix_1234567890123456789012345 ",
    "prefix_0123456789ABCDEFGHJKMNPQRS",
    "prefix_123456789-123456789-123456",
    "prefix_ooooooiiiiiiuuuuuuulllllll",
    "prefix_i23456789ol23456789oi23456",
    "prefix_8zzzzzzzzzzzzzzzzzzzzzzzzz",
    "prefix_",
    "prefix",
    "",
    # What int() would read, but the alphabet does not have.
    "prefix_0000000000000000000000000\n",
    "prefix_ 0000000000000000000000000",
    "prefix_+0000000000000000000000000",
    "prefix_000000000000_0000000000000",
    "prefix_0000000000000000000000000\N{FULLWIDTH DIGIT ONE}",
    "prefix_\N{ARABIC-INDIC DIGIT ONE}0000000000000000000000000",
]


@pytest.mark.parametrize(("spelled", "uuid"), VALID.items())
def test_the_published_ids_are_read_and_written(spelled, uuid):
    prefix = spelled.rpartition("_")[0]

    assert typeid.decode(prefix, spelled) == UUID(uuid)
    assert typeid.encode(prefix, UUID(uuid)) == spelled


@pytest.mark.parametrize("spelled", INVALID)
def test_whatever_is_not_an_id_is_refused(spelled):
    with pytest.raises(ValueError, match="is no prefix id"):
        typeid.decode("prefix", spelled)


def test_ids_made_later_are_larger():
    ids = [typeid.new_id() for _ in range(1000)]

    assert ids == sorted(ids)
    assert {made.version for made in ids} == {7}
