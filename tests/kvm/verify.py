#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds locklore's answers on Debian's Linux 6.1 against what was traced there by hand.

usage: verify.py LOCKLORE DB KERNEL_TREE [MENDED_DB]

MENDED_DB is of the same tree with a leaf lock in the Xen emulation (mend.sh).

Places are compared by function; line numbers belong to one version of the package.  Prints
"ok NAME" or "not ok NAME: why", and last "N passed, N failed".
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

LOCKLORE, DB, TREE = sys.argv[1:4]
MENDED = sys.argv[4] if len(sys.argv) > 4 else None
DOC = os.path.join(TREE, "Documentation/virt/kvm/locking.rst")
HERE = os.path.dirname(os.path.abspath(__file__))
MAIL = os.path.join(HERE, "../../../shared/seed-mail.txt")
OWN_MAIL = os.path.join(HERE, "srcu.mail")
results = [0, 0]


def report(name, why=None):
    results[1 if why else 0] += 1
    print(f"not ok {name}: {why}" if why else f"ok {name}")


def check(name, condition, why=""):
    report(name, None if condition else (why or "no"))


def run(*args):
    p = subprocess.run([LOCKLORE, *args, "--db", DB, "--format", "json"], capture_output=True, text=True)
    try:
        return p.returncode, json.loads(p.stdout)
    except ValueError:
        return p.returncode, {"error": p.stdout[:200] + p.stderr[:400]}


def ask(question):
    return run("ask", question, "--all")[1]


def functions(witness):
    out = []
    for s in witness["chain"]:
        if not out or out[-1] != s["function"]:
            out.append(s["function"])
    return out


def contains(chain, wanted):
    """wanted occurs in chain in this order, other functions in between allowed"""
    it = iter(chain)
    return all(any(f == w for f in it) for w in wanted)


def statements(*args):
    status, docs = run("check", *args)
    if not isinstance(docs, list):
        report("check " + " ".join(args), str(docs))
        return []
    return docs[0]["statements"]


def verdict(where, sts, kind, locks, want, line=None):
    found = [s for s in sts if s["kind"] == kind and s.get("written") == locks and (line is None or s["line"] == line)]
    if not found:
        report(f"{where}: {kind} {locks}", "no such statement among " +
               str([(s["kind"], s.get("written")) for s in sts if set(locks) & set(s.get("written") or [])]))
    for s in found:
        check(f"{where}: {kind} {locks} is {want}", s["verdict"] == want, f"it says {s['verdict']}")
    return found[0] if found else None


def table_a():
    sts = statements(DOC)
    s = verdict("A", sts, "order", ["kvm->lock", "vcpu->mutex"], "contradicted")
    if s:
        wit = [functions(w) for w in s["witnesses"]]
        check("A: both sides shown", any("sev_launch_update_vmsa" in w for w in wit) and
              any(any(f.startswith("kvm_xen_") for f in w) for w in wit), str(wit))
    verdict("A", sts, "order", ["kvm->lock", "kvm->slots_lock"], "upheld")
    verdict("A", sts, "order", ["kvm->lock", "kvm->irq_lock"], "upheld")
    verdict("A", sts, "order", ["kvm->slots_lock", "kvm->irq_lock"], "never exercised")
    verdict("A", sts, "released", ["kvm->slots_arch_lock", "kvm->srcu"], "upheld")
    verdict("A", sts, "may", ["kvm->srcu", "kvm->slots_arch_lock"], "upheld")
    verdict("A", sts, "never", ["kvm->srcu", "kvm->slots_lock"], "upheld")
    verdict("A", sts, "context", ["kvm->slots_lock"], "upheld")
    verdict("A", sts, "context", ["kvm->slots_arch_lock"], "upheld")
    verdict("A", sts, "order", ["vcpu->mutex", "kvm->arch.hyperv.hv_lock"], "upheld")
    for lock in ("tdp_mmu_pages_lock", "mmu_unsync_pages_lock"):
        verdict("A", sts, "order", ["kvm->arch.mmu_lock", "kvm->arch." + lock], "upheld")
        verdict("A", sts, "requires", ["kvm->arch." + lock, "kvm->arch.mmu_lock"], "upheld")
    leaf = [s for s in sts if s["kind"] == "leaf"]
    check("A: everything else is a leaf is contradicted, once", len(leaf) == 1 and leaf[0]["verdict"] == "contradicted", str(leaf)[:300])
    check("A: nothing is not understood in section 1",
          not [s for s in sts if s["verdict"] == "not understood" and s["line"] < 45],
          str([(s["line"], s["text"]) for s in sts if s["verdict"] == "not understood"]))


def seed_mail():
    if not os.path.exists(MAIL):
        print("skipped: seed mail (../shared is not there)")
        return
    sts = statements(MAIL)
    verdict("mail", sts, "order", ["kvm->srcu", "kvm->lock"], "contradicted")
    verdict("mail", sts, "never-waits", ["kvm->srcu", "kvm->lock"], "contradicted")
    verdict("mail", sts, "waits", ["kvm->srcu", "kvm->slots_lock"], "upheld")
    verdict("mail", sts, "never", ["kvm->srcu", "kvm->slots_lock"], "upheld")
    verdict("mail", sts, "may", ["kvm->srcu", "kvm->slots_arch_lock"], "upheld")
    verdict("mail", sts, "released", ["kvm->slots_arch_lock", "kvm->srcu"], "upheld")


def final_text():
    sts = statements("--rule", "synchronize_srcu(&kvm->srcu) is called inside critical sections for kvm->lock, "
                     "vcpu->mutex and kvm->slots_lock. These locks cannot be taken inside a kvm->srcu read-side "
                     "critical section.")
    verdict("final", sts, "waits", ["kvm->srcu", "kvm->lock"], "upheld")
    verdict("final", sts, "waits", ["kvm->srcu", "vcpu->mutex"], "never exercised")
    verdict("final", sts, "waits", ["kvm->srcu", "kvm->slots_lock"], "upheld")
    verdict("final", sts, "never", ["kvm->srcu", "kvm->lock"], "contradicted")
    verdict("final", sts, "never", ["kvm->srcu", "kvm->slots_lock"], "upheld")
    verdict("final", sts, "never", ["kvm->srcu", "vcpu->mutex"], "upheld")
    sts = statements("--rule", "kvm->slots_arch_lock is released before synchronize_srcu(&kvm->srcu). "
                     "It can therefore be taken inside a kvm->srcu read-side critical section.")
    verdict("final", sts, "released", ["kvm->slots_arch_lock", "kvm->srcu"], "upheld")
    verdict("final", sts, "may", ["kvm->srcu", "kvm->slots_arch_lock"], "upheld")


TABLE_B = [
    ["kvm_xen_vcpu_set_attr"],
    ["kvm_xen_hvm_set_attr", "kvm_xen_shared_info_init"],
    ["kvm_xen_set_evtchn"],
    ["kvm_xen_set_evtchn", "kvm_xen_set_evtchn_fast"],
    ["kvm_arch_vm_ioctl", "kvm_create_pit", "kvm_pit_set_reinject", "kvm_set_apicv_inhibit"],
    ["sev_mem_enc_ioctl", "sev_guest_init", "kvm_set_apicv_inhibit"],
    ["sev_vm_move_enc_context_from", "sev_migrate_from", "kvm_msr_allowed"],
]
B_NOT = ["kthread_init_work", "pit_do_work", "kvm_put_kvm", "kvm_destroy_vm"]

TABLE_D = {
    "kvm->srcu": [
        ("kvm_swap_active_memslots", {"kvm->slots_lock"}),
        ("kvm_io_bus_register_dev", {"kvm->slots_lock"}),
        ("kvm_io_bus_register_dev", {"kvm->lock", "kvm->slots_lock"}),
        ("kvm_io_bus_unregister_dev", {"kvm->slots_lock"}),
        ("kvm_io_bus_unregister_dev", {"kvm->lock", "kvm->slots_lock"}),
        ("kvm_vm_ioctl_set_msr_filter", {"kvm->lock"}),
    ],
    "kvm->irq_srcu": [
        ("kvm_set_irq_routing", {"kvm->lock"}),
        ("kvm_irqfd_deassign_resampler|irqfd_resampler_shutdown", {"resampler_lock"}),
        ("kvm_irqfd_assign", {"resampler_lock"}),
        ("kvm_unregister_irq_ack_notifier", {"kvm->lock"}),
        ("kvm_unregister_irq_ack_notifier", {"resampler_lock"}),
        ("kvm_unregister_irq_ack_notifier", {"ps->lock"}),
        ("kvm_unregister_irq_mask_notifier", {"kvm->lock"}),
    ],
}


def same_lock(canonical, wanted):
    return canonical == wanted or ("->" not in wanted and canonical.replace("->", ".").endswith("." + wanted))


def asks():
    a = ask("kvm->lock inside kvm->srcu")
    check("ask: kvm->lock inside kvm->srcu is yes", a.get("answer") == "yes", str(a)[:300])
    check("ask: at one site", a.get("sites") == 1, str(a.get("sites")))
    chains = [functions(w) for w in a.get("witnesses", [])]
    check("ask: the site is kvm_xen_set_evtchn", chains and all(c[-1] == "kvm_xen_set_evtchn" for c in chains), str(chains)[:500])
    check("ask: by hypercall", any(contains(c, ["vcpu_enter_guest", "kvm_emulate_hypercall", "kvm_xen_set_evtchn"]) for c in chains), str(chains))
    check("ask: by timer", any(contains(c, ["vcpu_run", "kvm_inject_pending_timer_irqs", "kvm_xen_set_evtchn"]) for c in chains), str(chains))

    b = ask("kvm->srcu inside kvm->lock")
    chains = [functions(w) for w in b.get("witnesses", [])]
    for want in TABLE_B:
        check("B: " + " > ".join(want), any(c[0] == want[0] or want[0] in c for c in chains) and
              any(contains(c, want) for c in chains), str([c for c in chains if want[-1] in c])[:400])
    for bad in B_NOT:
        check("B: never through " + bad, not any(bad in c for c in chains), str([c for c in chains if bad in c])[:300])

    for domain, rows in TABLE_D.items():
        d = ask(f"synchronize_srcu(&{domain}) inside *")
        for where, held in rows:
            names = where.split("|")
            found = [w for w in d.get("witnesses", []) if functions(w)[-1] in names and
                     all(any(same_lock(h, k) for h in w["held"]) for k in held)]
            check(f"D: {domain} waited for in {where} under {sorted(held)}", found,
                  str([(functions(w), w["held"]) for w in d.get("witnesses", []) if functions(w)[-1] in names])[:500])
    d = ask("synchronize_srcu(&kvm->srcu) inside *")
    swap = [w for w in d.get("witnesses", []) if functions(w)[-1] == "kvm_swap_active_memslots"]
    check("D: kvm->slots_arch_lock is not held at the swap's wait",
          not any("slots_arch_lock" in h for w in swap for h in w["held"]), str(swap)[:300])
    for lock in ("kvm->slots_lock", "kvm->irq_lock", "vcpu->mutex"):
        a = ask(f"{lock} inside kvm->srcu")
        check(f"C: {lock} inside kvm->srcu is no", a.get("answer") == "no",
              str([functions(w) for w in a.get("witnesses", [])][:3]))
    a = ask("kvm->slots_arch_lock inside kvm->srcu")
    check("C: kvm->slots_arch_lock inside kvm->srcu", any("mmu_first_shadow_root_alloc" in functions(w) for w in a.get("witnesses", [])), str(a)[:200])


HARMLESS = [("kvm->srcu", "apicv_update_lock"), ("kvm->srcu", "gpc->lock"), ("kvm->srcu", "refresh_lock")]


def deadlocks():
    status, d = run("deadlocks", "--all")
    cycles = [c["cycle"] for c in d.get("deadlocks", [])]
    first = [set(c) for c in cycles[:2]]
    check("E: the Xen deadlock is among the first two", {"kvm->lock", "kvm->srcu"} in first, str(cycles[:6]))
    check("E: kvm->lock with vcpu->mutex is among the first two", {"kvm->lock", "vcpu->mutex"} in first, str(cycles[:6]))
    check("E: deadlocks are findings", status == 1, str(status))
    for a, b in HARMLESS:
        bad = [c for c in cycles if len(c) == 2 and any(same_lock(x, a) for x in c) and any(same_lock(x, b) for x in c)]
        check(f"E: {a} with {b} is harmless", not bad, str(bad))


def review(mail, db):
    """The structure and the text of an answer."""
    p = subprocess.run([LOCKLORE, "review", mail, "--db", db, "--format", "json"], capture_output=True, text=True)
    t = subprocess.run([LOCKLORE, "review", mail, "--db", db], capture_output=True, text=True)
    try:
        return p.returncode, json.loads(p.stdout), t.stdout
    except ValueError:
        report(f"review {os.path.basename(mail)}", p.stdout[:200] + p.stderr[:400])
        return p.returncode, None, t.stdout


def last_function(witness):
    return functions(witness)[-1]


def claim(r, text):
    for b in r["sentences"]:
        for s in b["statements"]:
            if s["text"] == text:
                return b, s
    report(f"review: \"{text}\"", "it says nothing of it")
    return None, None


ORDER = "kvm->srcu is taken outside kvm->lock"
NEVER = "synchronize_srcu(&kvm->srcu) cannot be called inside kvm->lock"


def review_questions(name, r):
    """The six questions of a review, on the tree as it is."""
    b, s = claim(r, ORDER)
    if not b:
        return
    # whether it is true, and where
    places = {last_function(w) for w in s["witnesses"] if w["inner"] == "kvm->lock"}
    check(f"{name}: 1, one place does so", places == {"kvm_xen_set_evtchn"}, str(places))
    check(f"{name}: 1, the code there looks wrong", "kvm_xen_set_evtchn() looks wrong" in s["why"], s["why"])
    check(f"{name}: 1, its comment is quoted", "no srcu" in s.get("comment", {}).get("text", ""), str(s.get("comment")))
    # the other way round
    places = {last_function(w) for w in s["witnesses"] if w["inner"] == "kvm->srcu"}
    check(f"{name}: 2, the other way in six places", len(places) == 6 and s["reversed"] == 6, str(places))
    # under which locks
    b, s = claim(r, NEVER)
    if not b:
        return
    held = {h["lock"]: {p["function"] for p in h["places"]} for h in s["held_around_waits"]}
    check(f"{name}: 3, under kvm->lock", held.get("kvm->lock") == {
        "kvm_vm_ioctl_set_msr_filter", "kvm_io_bus_register_dev", "kvm_io_bus_unregister_dev"}, str(held))
    check(f"{name}: 3, under kvm->slots_lock", "kvm_swap_active_memslots" in held.get("kvm->slots_lock", ()), str(held))
    check(f"{name}: 3, and under nothing", "kvm_vm_ioctl_set_pmu_event_filter" in held.get(None, ()), str(held))
    check(f"{name}: 3, under nothing else", len(held) == 3, str(held))
    # whether it deadlocks
    knot = next((d for d in r["deadlocks"] if d["number"] == b.get("deadlock")), None)
    check(f"{name}: 4, it deadlocks", knot and set(knot["cycle"]) == {"kvm->lock", "kvm->srcu"}, str(knot)[:300])
    # what mends it
    mends = knot["mends"] if knot else []
    check(f"{name}: 5, a leaf lock fits best", mends and "leaf lock" in mends[0]["text"] and
          "kvm_xen_set_evtchn()" in mends[0]["text"] and mends[0]["deadlocks_left"] == 0, str(mends)[:300])
    check(f"{name}: 5, leaving the read side would not do", any(
        "leave the kvm->srcu read side" in m["text"] and m.get("against") == "kvm->lock is taken outside vcpu->mutex"
        for m in mends), str(mends)[:600])
    check(f"{name}: 5, call_srcu() leaves a deadlock", any(
        "call_srcu" in m["text"] and m["deadlocks_left"] for m in mends), str(mends)[:600])
    # the strange set of rules
    meets = [t for t in b["tensions"] if t.get("meet")]
    check(f"{name}: the rules meet where the bus registers", any(
        last_function(t["meet"]).startswith("kvm_io_bus_") and
        "kvm->lock is taken outside kvm->slots_lock" in [a["text"] for a in t["about"]] for t in meets), str(b["tensions"])[:300])
    # what the document should say
    check(f"{name}: 6, what it could say", b.get("instead", "").startswith(
        ("kvm->srcu is taken inside kvm->lock.", "kvm->lock is taken outside kvm->srcu.")), str(b.get("instead")))
    check(f"{name}: 6, once the code is mended", "kvm_xen_set_evtchn()" in b.get("condition", ""), str(b.get("condition")))


def review_form(name, text):
    lines = text.splitlines()
    check(f"{name}: fits 72 columns", all(len(x) <= 72 for x in lines if not x.startswith(">")),
          str([x for x in lines if len(x) > 72][:3]))
    check(f"{name}: is read in two minutes", len(lines) <= 135, str(len(lines)))


def review_mended(name, mail):
    status, r, text = review(mail, MENDED)
    if not r:
        return
    b, s = claim(r, ORDER)
    if not b:
        return
    check(f"{name}: mended, no place does so", s["seen"] == 0 and "no place does so" in s["why"], s["why"])
    check(f"{name}: mended, the sentence looks wrong", "the sentence looks wrong" in s["why"], s["why"])
    check(f"{name}: mended, nothing deadlocks", not r["deadlocks"], str(r["deadlocks"])[:200])
    check(f"{name}: mended, what it could say holds now", b.get("instead") and not b.get("condition"), str(b.get("condition")))
    talk = {s["text"]: s["verdict"] for t in r["talk"] for s in t["statements"] if not t["asks_of_above"]}
    check(f"{name}: mended, the replies are right", set(talk.values()) <= {"upheld"}, str(talk))


def reviews():
    for name, mail in (("review", OWN_MAIL), ("seed review", MAIL)):
        if not os.path.exists(mail):
            print(f"skipped: {name} ({mail} is not there)")
            continue
        status, r, text = review(mail, DB)
        if not r:
            continue
        check(f"{name}: exit status", status == 1, str(status))
        check(f"{name}: what is right is counted", r["counts"]["upheld"] >= 3 and len(r["sentences"]) == 1, str(r["counts"]))
        review_questions(name, r)
        review_form(name, text)
        if MENDED:
            review_mended(name, mail)
        else:
            print(f"skipped: {name} of the mended tree (no database of it)")
    if os.path.exists(MAIL):
        status, r, text = review(MAIL, DB)
        talk = {s["text"]: (s["verdict"], s["seen"]) for t in r["talk"] for s in t["statements"]} if r else {}
        check("seed review: many instances of kvm->srcu inside kvm->lock", talk.get("kvm->lock is taken outside kvm->srcu", (0, 0))[1] == 6, str(talk))
        check("seed review: kvm->srcu inside vcpu->mutex", talk.get("vcpu->mutex is taken outside kvm->srcu", ("",))[0] == "upheld", str(talk))
        check("seed review: vcpu->mutex inside kvm->lock", talk.get("kvm->lock is taken outside vcpu->mutex", ("",))[0] == "contradicted", str(talk))
        check("seed review: was it ever true", r and any(t["asks_of_above"] for t in r["talk"]) and
              "Without kvm_xen_set_evtchn()" in text, text[-1500:])


def verdicts(path):
    """verdict -> how many statements of the document have it"""
    counts = {}
    for st in run("check", path)[1][0]["statements"]:
        if st["kind"] not in ("protects", "advice", "broken"):
            counts[st["verdict"]] = counts.get(st["verdict"], 0) + 1
    return counts


def drafts():
    """A draft holds; the diff for the tree's own document applies, and mends what it says it does."""
    with tempfile.TemporaryDirectory() as folder:
        draft = subprocess.run([LOCKLORE, "doc", "--db", DB], capture_output=True, text=True)
        path = os.path.join(folder, "LOCKING.md")
        with open(path, "w") as f:
            f.write(draft.stdout)
        counts = verdicts(path)
        check("doc: every sentence of the draft is upheld", set(counts) == {"upheld"} and counts["upheld"] > 100, str(counts))
        check("doc: no sentence had to be left out", "left out" not in draft.stderr, draft.stderr[:300])
        name = "Documentation/virt/kvm/locking.rst"
        copy = os.path.join(folder, name)
        os.makedirs(os.path.dirname(copy))
        shutil.copy(DOC, copy)
        # a repository of its own, which the paths of the diff begin at
        subprocess.run(["git", "init", "-q", folder], check=True)
        patch = subprocess.run([os.path.abspath(LOCKLORE), "doc", name, "--db", os.path.abspath(DB)], cwd=folder,
                               capture_output=True, text=True)
        applied = subprocess.run(["git", "apply", "-"], cwd=folder, input=patch.stdout, capture_output=True, text=True)
        check("doc DOC: git apply takes the diff", applied.returncode == 0, applied.stderr[:300])
        before, after = verdicts(DOC), verdicts(copy)
        check("doc DOC: one contradiction stays, where the code looks wrong",
              before.get("contradicted") == 2 and after.get("contradicted") == 1, f"{before} {after}")
        check("doc DOC: it says which", "kvm->lock is taken outside vcpu->mutex" in patch.stderr, patch.stderr[:300])
        check("doc DOC: no sentence is lost", sum(after.values()) >= sum(before.values()), f"{before} {after}")
        text = open(copy).read()
        check("doc DOC: names that drifted are renamed", "kvm->arch.mmu_lock" not in text and "kvm->mmu_lock" in text)


table_a()
seed_mail()
final_text()
asks()
deadlocks()
reviews()
drafts()
print(f"{results[0]} passed, {results[1]} failed")
sys.exit(1 if results[1] else 0)
