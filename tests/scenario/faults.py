#!/usr/bin/env python3
"""Tests the proof: puts one deliberate fault after the other into a copy of the core, runs the
simulation on it, and expects a broken rule. Prints the table that docs/core-faults.md keeps.

    tests/scenario/faults.py [--write] [NAME...]      needs g++; takes a minute or two

ctest runs it as core_faults.
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEEDS = "4000"
FLAGS = ["-std=c++23", "-O1", "-DFMT_HEADER_ONLY=1", "-Isrc", "-Itests/scenario"]
COMPILER = [*(["ccache"] if shutil.which("ccache") else []), "g++"]

# What is wrong, in which file, the text that is there, and what is put in its place.
FAULTS = [
    ("tie-break compares the wrong way round", "router.cpp",
     "event.source > *source_", "event.source < *source_"),
    ("no tie-break: both of two equals go on", "router.cpp",
     "if (!is_better && !wins_tie)", "if (!is_better && (wins_tie || !wins_tie))"),
    ("an equal router is yielded to whatever its address", "router.cpp",
     "event.source > *source_", "event.source != *source_"),
    ("a backup does not restart its timer on an advertisement", "router.cpp",
     "  learn(event, turn);\n  timer_ = turn.now + down_interval();\n}", "  learn(event, turn);\n}"),
    ("skew forgotten", "types.cpp",
     "return interval * adverts + skew_time(version, priority, interval);",
     "return interval * adverts;"),
    ("skew grows with the priority", "types.cpp", "(256 - priority.value())", "(1 + priority.value())"),
    ("version 2's skew taken from the interval", "types.cpp",
     "version == Version::V2 ? std::chrono::seconds(1) : interval", "interval"),
    ("version 3's skew taken from one second", "types.cpp",
     "version == Version::V2 ? std::chrono::seconds(1) : interval", "std::chrono::seconds(1)"),
    ("interval not learned", "router.cpp",
     "if (config_.version == Version::V3) active_interval_ = event.advertisement.interval;", ""),
    ("learned interval kept as active router's own", "router.cpp",
     "active_interval_ = config_.interval;\n  timer_ = turn.now + config_.interval;",
     "timer_ = turn.now + active_interval_;"),
    ("priority 0 treated as a low priority by a backup", "router.cpp",
     "if (priority.is_resigning()) {\n    // RFC 9568 6.4.2", "if (false) {\n    // RFC 9568 6.4.2"),
    ("priority 0 treated as a low priority by the active router", "router.cpp",
     "timer_ = turn.now + config_.interval;\n    advertise(effective_priority_, turn);\n    return;",
     "return;"),
    ("a backup takes a resignation for proof of life", "router.cpp",
     "timer_ = turn.now + skew_time(config_.version, effective_priority_, active_interval_);",
     "timer_ = turn.now + down_interval();"),
    ("a lower advertisement restarts a preempting backup's timer", "router.cpp",
     "  if (active >= effective_priority_) {\n    preempt_at_.reset();",
     "  if (active.value() > 0) {\n    preempt_at_.reset();"),
    ("nopreempt ignored", "router.cpp", "if (!config_.preempt) return false;", ""),
    ("an equal active router is preempted", "router.cpp",
     "if (active >= effective_priority_) {", "if (active > effective_priority_) {"),
    ("preempt_delay ignored", "router.cpp",
     "preempt_at_ = now + config_.preempt_delay", "preempt_at_ = now"),
    ("preempt_delay starts anew with every advertisement", "router.cpp",
     "if (!preempt_at_) preempt_at_", "preempt_at_"),
    ("an owner obeys nopreempt", "router.cpp",
     "if (effective_priority_.is_owner()) return true;", ""),
    ("addresses kept on yielding", "router.cpp",
     "  turn.actions.push_back(ReleaseAddresses{});\n  learn(event, turn);", "  learn(event, turn);"),
    ("addresses kept in Fault", "fault.cpp",
     "      turn.actions.push_back(ReleaseAddresses{});\n", ""),
    ("no Fault when the link goes down", "fault.cpp",
     "if (!is_link_up_ && config_.fault_on_link_down)", "if (false)"),
    ("Fault for good", "fault.cpp", "} else if (state_ == State::Fault) {", "} else if (false) {"),
    ("addresses released before the successor is heard", "router.cpp",
     "resign_deadline_ = turn.now + std::min(longest, config_.resign_limit);",
     "resign_deadline_ = turn.now;"),
    ("a resigned router never lets go", "router.cpp",
     "if (resign_deadline_ && now >= *resign_deadline_)", "if (false)"),
    ("the active router does not answer a lower one", "router.cpp",
     "if (config_.answers_lower_priority) advertise(effective_priority_, turn);", ""),
    ("the active router forgets its next advertisement", "router.cpp",
     "    advertise(effective_priority_, turn);\n  } else if (timer_ && now >= *timer_) {\n",
     "  } else if (timer_ && now >= *timer_) {\n"),
    ("becomes active without claiming", "router.cpp",
     "  turn.actions.push_back(ClaimAddresses{});\n", ""),
    ("becomes active without announcing", "router.cpp",
     "  announce(config_.announce.repeat, config_.announce.delay, turn);\n  start_refreshing",
     "  start_refreshing"),
    ("an active router that slept goes on as if nothing was", "router.cpp",
     "if (slept <= config_.interval * config_.down_timer_adverts) return;", "return;"),
    ("own packets are listened to", "receive.cpp",
     "if (source_ && event.source == *source_) return RejectReason::OwnPacket;", ""),
    ("checksum not verified", "packet.cpp",
     "if (!form) return std::unexpected(RejectReason::Checksum);",
     "if (!form) return Advertisement{.version = version, .vrid = packet[1], .priority = "
     "Priority(packet[kPriorityAt]), .interval = std::chrono::seconds(1), .family = family, "
     ".address_bytes = packet.subspan(kFixedSize)};"),
    ("the other version is listened to", "receive.cpp",
     "if (advertisement.version != config_.version) return RejectReason::WrongVersion;", ""),
    ("the pseudo header is left out of what is accepted", "packet.cpp",
     "if ((version == Version::V3 || is_ipv6) && with) return ChecksumForm::WithPseudoHeader;", ""),
    ("over IPv6 the sum is sent without a pseudo header", "packet.cpp",
     "!source.is_v4() || (version_ == Version::V3", "(version_ == Version::V3"),
    ("a recorded packet with an authentication header is believed again", "authentication.cpp",
     "if (mark && number <= *mark) return RejectReason::AuthReplayed;", ""),
    ("an authentication header of any key is believed", "authentication.cpp",
     "!matches(digest, header.subspan(kIcvAt, kIcvSize)) || !is_of_sender", "!is_of_sender"),
    ("the numbers of authentication headers begin anew with every start", "authentication.cpp",
     "highest_ = std::max(highest_, header_clock(utc));", ""),
    ("all senders share one number", "authentication.cpp",
     "known && known->address == sender", "known.has_value()"),
    ("a recorded trailer is believed again", "authentication.cpp",
     "if (mark && is_fresh(*mark, utc) && !is_after(sequence, *mark)) return false;", ""),
    ("a trailer is believed whatever its time", "authentication.cpp",
     "if (!is_fresh(sequence, datagram.utc)) return RejectReason::TrailerStale;", ""),
    ("the window of a trailer is a tenth of what it should be", "authentication.cpp",
     "std::chrono::abs(ahead(sequence, utc)) <= *window_", "10 * std::chrono::abs(ahead(sequence, utc)) <= *window_"),
    ("a trailer of any key is believed", "authentication.cpp",
     "if (!matches(digest, trailer.subspan(kTrailerMacAt, kTrailerMacSize)))", "if (false)"),
    ("a missing trailer is no fault where it is enforced", "authentication.cpp",
     "return mode_ == TrailerConfig::Mode::Enforce ? std::optional(RejectReason::TrailerMissing)", "return false ? std::optional(RejectReason::TrailerMissing)"),
    ("a trailer's number goes back with the clock", "authentication.cpp",
     "if (is_after(clock, last_sent_) || was_put_back)", "if (true || was_put_back)"),
    ("a changed priority does not move the down timer", "fault.cpp",
     "*timer_ += skew_time", "if (false) *timer_ += skew_time"),
    ("a weight counts in both directions", "fault.cpp",
     "if (written > 0) sum += weight;", "sum += weight;"),
    ("`reverse` of a weight is ignored", "fault.cpp",
     "config_.tracked[i].reverse ? -written : written", "written"),
    ("weights lead out of 1 to 254", "fault.cpp",
     "std::clamp<std::int64_t>(sum, 1, 254)", "std::clamp<std::int64_t>(sum, 0, 255)"),
    ("an unweighted script that fails is no fault", "fault.cpp",
     "if (is_down) return Reason", "if (false) return Reason"),
    ("a router starts before its scripts have reported", "fault.cpp",
     "  return unknown;\n", "  return std::nullopt;\n"),
    ("a drained router takes over", "router.cpp",
     "  if (is_drained_) {\n    timer_", "  if (false) {\n    timer_"),
    ("timers are lost in the heap", "timer_queue.cpp",
     "if (!(moving < heap_[parent])) break;", "break;"),
    ("a backup takes its own sleep for silence", "router.cpp",
     "if (turn.now - *timer_ > active_interval_ && !has_waited_again_)", "if (false)"),
    ("a sync group member left behind when another one yields", "group.cpp",
     "  each([&](Router& member) { member.follow_to_backup(now, scratch_); });\n", ""),
    ("a sync group member becomes active alone", "router.cpp",
     "if (!is_grouped_) return become_active(reason, turn);", "return become_active(reason, turn);"),
    ("the fault of one sync group member is not that of the others", "group.cpp",
     "each([&](Router& member) { member.set_group_fault(is_faulty, now, scratch_); });", ""),
    ("a sync group serves before all its members want to", "group.cpp",
     "if (std::ranges::all_of(members, &Router::wants_to_be_active, router_of))",
     "if (std::ranges::any_of(members, &Router::wants_to_be_active, router_of))"),
    ("groups that tore each other apart come back in the same instant", "router.cpp",
     "if (is_grouped_ && torn_at &&", "if (false && torn_at &&"),
    ("a sync group member that is left behind says nothing of it", "group.cpp",
     "  actions.push_back(ReleaseAddresses{});\n  active_interval_", "  active_interval_"),
]


def compile_one(source, target, work):
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([*COMPILER, *FLAGS, "-c", str(source.relative_to(work)), "-o",
                    str(target.relative_to(work))], check=True, cwd=work)
    return target


def main():
    wanted = [argument for argument in sys.argv[1:] if argument != "--write"]
    work = pathlib.Path(tempfile.mkdtemp(prefix="holdfast-faults-"))
    for folder in ("src/base", "src/net", "src/vrrp", "tests/scenario"):  # which may change meanwhile
        shutil.copytree(ROOT / folder, work / folder)
    try:
        table, missed = run(wanted, work)
    finally:
        shutil.rmtree(work)
    if "--write" in sys.argv[1:] and not wanted:
        (ROOT / "docs").mkdir(exist_ok=True)
        (ROOT / "docs/core-faults.md").write_text(HEAD + "".join(table))
    print(f"{len(table) - missed} of {len(table)} faults caught")
    return 1 if missed else 0


HEAD = f"""# Faults that the simulation must catch

Each row is a mistake that `tests/scenario/faults.py` puts into a copy of `src/vrrp`, and the rule that
the simulation (`tests/scenario`, {SEEDS} seeds) found broken, or, for sync groups, what `group_test.cpp`
saw. ctest runs it as `core_faults`; `faults.py --write` makes this table anew.

| fault | where | caught by seed | rule that was broken |
|---|---|---|---|
"""


def core(work):
    for folder in ("src/net", "src/vrrp"):
        for path in sorted((work / folder).glob("*.cpp")):
            if not path.stem.endswith("_test"):
                yield path
    yield work / "src/base/error.cpp"
    yield work / "src/base/text.cpp"


def simulation(work):
    for path in sorted((work / "tests/scenario").glob("*.cpp")):
        if not path.stem.endswith("_test"):
            yield path
    yield work / "tests/scenario/group_test.cpp"


def check_texts(work):
    for name, file, old, _ in FAULTS:
        count = (work / "src/vrrp" / file).read_text().count(old)
        if count != 1:
            sys.exit(f"fault '{name}': its text is there {count} times in {file}")


def run(wanted, work):
    check_texts(work)
    faults = [fault for fault in FAULTS
              if not wanted or any(word in fault[0] for word in wanted)]
    # ccache finds again what it knows from another folder.
    os.environ.update(CCACHE_BASEDIR=str(work), CCACHE_NOHASHDIR="1")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        print("building the core and the simulation", flush=True)
        paths = [*core(work), *simulation(work)]
        objects = dict(zip(paths, pool.map(
            lambda path: compile_one(path, work / "build" / (path.stem + ".o"), work), paths)))
        results = list(pool.map(lambda item: try_one(*item, objects, work), enumerate(faults)))
    table, missed = [], 0
    for (name, file, _, _), found in zip(faults, results):
        seed, rule = found or ("-", "**missed**")
        missed += found is None
        print(f"{'caught' if found else 'MISSED'}: {name} (seed {seed}: {rule})")
        table.append(f"| {name} | `{file}` | {seed} | {rule} |\n")
    return table, missed


# Builds the simulation with this fault in it. The seed and the rule that was broken, or nothing.
def try_one(number, fault, objects, work):
    _, file, old, new = fault
    path = work / "src/vrrp" / file
    folder = work / f"fault-{number}"
    folder.mkdir()
    mutant = folder / file
    mutant.write_text(path.read_text().replace(old, new))
    faulty = compile_one(mutant, folder / "faulty.o", work)
    linked = {key: faulty if key == path else value for key, value in objects.items()}
    of_groups = linked.pop(work / "tests/scenario/group_test.cpp")
    of_routers = linked.pop(work / "tests/scenario/sim_main.cpp")
    return (judge(link(folder / "sim", [*linked.values(), of_routers]))
            or judge_groups(link(folder / "groups", [*linked.values(), of_groups])))


def link(program, objects):
    subprocess.run(["g++", *map(str, objects), "-o", str(program), "-lgtest_main", "-lgtest",
                    "-lcrypto"], check=True)
    return program


def output_of(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=300, check=False)


def judge(program):
    try:
        done = output_of(program, "--seeds", SEEDS)
    except subprocess.TimeoutExpired:
        return "-", "it did not come to an end"
    if done.returncode == 0:
        return None
    match = re.search(r"seed (\d+): at \S+ this was broken: (.*)", done.stdout)
    return match.groups() if match else ("-", "an assertion")


def judge_groups(program):
    try:
        done = output_of(program)
    except subprocess.TimeoutExpired:
        return "-", "it did not come to an end"
    if done.returncode == 0:
        return None
    seed = re.search(r"seed (\d+)", done.stdout)
    rule = re.search(r'Which is: "(.*)"', done.stdout)
    return (seed.group(1), "groups: " + rule.group(1)) if seed and rule else ("-", "an assertion")


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    sys.exit(main())
