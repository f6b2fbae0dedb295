"""The log is the system, everything else is a view: delete the index, and it is made again."""

from truceline.pipeline.mission import MissionView, open_mission
from truceline.pipeline.telling import open_told
from truceline.store.index import build_index


def test_a_deleted_index_is_made_again_and_answers_the_same(exercise_mission: MissionView) -> None:
    index = exercise_mission.folder.with_name("mission.index.sqlite")
    before = exercise_mission.incidents()
    size = index.stat().st_size
    index.unlink()
    again = open_mission(exercise_mission.folder)
    assert again.incidents() == before
    assert index.stat().st_size == size


def test_a_broken_index_is_made_again(exercise_mission: MissionView) -> None:
    index = exercise_mission.folder.with_name("mission.index.sqlite")
    index.unlink()
    index.write_bytes(b"this is no database" * 100)
    assert open_mission(exercise_mission.folder).incidents() == exercise_mission.incidents()


def test_an_index_of_another_log_is_not_believed(exercise_mission: MissionView) -> None:
    url = f"sqlite:///{exercise_mission.folder.with_name('mission.index.sqlite')}"
    build_index(url, "of another log", []).close()
    assert open_mission(exercise_mission.folder).incidents()["incidents"]


def test_every_number_leads_to_the_line_it_was_read_from(exercise_mission: MissionView) -> None:
    view = open_told(exercise_mission.folder)
    source = exercise_mission.folder.with_name("mission.exercise")
    for incident in view.records("incident")[:20]:
        lines = view.trace(incident["id"])["lines"]
        assert len(lines) == len(incident["observations"])
        for line in lines:
            original = source / line["name"]
            if original.suffix == ".csv":
                assert original.read_text().splitlines()[line["line"] - 1] == line["text"]
