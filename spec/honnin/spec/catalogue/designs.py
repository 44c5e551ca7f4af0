"""Codes 04xx and 05xx: systems and checks, warnings and lints, the prover and its certificates."""

from __future__ import annotations

from honnin.spec.catalogue.entry import Entry

SYSTEMS: tuple[Entry, ...] = (
    Entry(
        "HN0401", "unknown-specification", "error", "A system implements a specification that is not there."
    ),
    Entry("HN0402", "unknown-parent", "error", "A system extends a system that is not in its file."),
    Entry("HN0403", "extends-cycle", "error", "A system extends itself, by way of others perhaps."),
    Entry(
        "HN0404",
        "duplicate-member",
        "error",
        "Two members of a system, or two steps of a process, share a name.",
    ),
    Entry(
        "HN0405", "late-guard", "error", "`when` and `pick` may not follow an assignment, `for` or `emit`."
    ),
    Entry("HN0406", "goto-in-action", "error", "`goto` and `stop` stand only in the steps of a process."),
    Entry("HN0407", "unreachable-statement", "error", "A statement follows the end of its step."),
    Entry("HN0408", "unknown-label", "error", "A process has no step of that label."),
    Entry("HN0409", "not-in-for", "error", "In a step, a `for` holds only assignments and `if`."),
    Entry("HN0410", "assigns-bound-name", "error", "A parameter, picked or loop name is assigned."),
    Entry("HN0411", "not-a-variable", "error", "A step assigns what is no variable of its system."),
    Entry(
        "HN0412", "loop-name-not-among-keys", "error", "A write in a `for` lacks a loop name among its keys."
    ),
    Entry(
        "HN0413",
        "foreign-event",
        "error",
        "A system emits an event of a specification that it does not implement.",
    ),
    Entry(
        "HN0414",
        "foreign-state",
        "error",
        "A system reads the state of a specification that it does not implement.",
    ),
    Entry(
        "HN0415", "design-reads-oracle", "error", "A step uses the state of a specification for what it does."
    ),
    Entry(
        "HN0416", "instance-variable", "error", "`p[x].v` is read where only `v` of the own instance can be."
    ),
    Entry(
        "HN0417",
        "unknown-process",
        "error",
        "A system has no process of that name, or it has no such variable.",
    ),
    Entry(
        "HN0418", "emit-arguments", "error", "An `emit` does not give every field of its event, once each."
    ),
    Entry("HN0419", "unknown-mapping", "error", "Nothing says which mapping reads a line of an example."),
    Entry("HN0420", "line-not-mapped", "error", "A mapping rejects a line of a log."),
    Entry(
        "HN0421", "shadowing-member", "error", "A member of a system has the name of something else in scope."
    ),
    Entry("HN0422", "too-many-ways", "error", "Too many ways lead through a step."),
    Entry("HN0423", "log-rule-unreachable", "warning", "An earlier rule of a mapping takes every line."),
    Entry("HN0424", "hidden-in-log", "error", "A mapping tells a hidden event, which no log has."),
    Entry("HN0425", "line-not-as-expected", "error", "A line of an example is not read as the example says."),
    Entry("HN0426", "line-unreadable", "error", "A line of an example cannot be read."),
    Entry("HN0427", "line-has-a-time", "error", "A line of an example is given a time that it has already."),
    Entry("HN0428", "log-without-time", "warning", "A mapping gives no time, and a claim needs it."),
    Entry(
        "HN0430",
        "unknown-check-subject",
        "error",
        "A check is about a system or specification that is not there.",
    ),
    Entry(
        "HN0431",
        "unknown-check-target",
        "error",
        "A check asks for something that its subject does not have.",
    ),
    Entry("HN0432", "check-relation", "error", "A check's relation does not suit what it asks for."),
    Entry(
        "HN0433",
        "missing-bound",
        "error",
        "A check `within` bounds does not bound every entity of its system.",
    ),
    Entry("HN0434", "unknown-bound", "error", "A check bounds something that is no entity of its subject."),
    Entry("HN0435", "duplicate-bound", "error", "A check bounds the same thing twice."),
    Entry("HN0436", "bound-too-small", "error", "A check's bound is less than one."),
    Entry("HN0437", "bound-too-large", "error", "A check's bound is more than can be searched."),
)

LINTS: tuple[Entry, ...] = (
    Entry(
        "HN0501",
        "not-monitorable",
        "warning",
        "A claim can be proved but not monitored: unseen values matter.",
    ),
    Entry(
        "HN0502",
        "depends-on-hidden",
        "warning",
        "A claim can be proved but not monitored: it depends on hidden events.",
    ),
    Entry("HN0503", "untitled-invariant", "warning", "An invariant does not say why it must hold."),
    Entry("HN0504", "once-includes-now", "warning", "`once` counts the event at which it is asked."),
    Entry(
        "HN0505", "previous-of-anybody", "warning", "`previously` speaks of the previous event of anybody."
    ),
    Entry("HN0506", "state-never-read", "warning", "A state is never read."),
    Entry("HN0507", "state-never-written", "warning", "A state is never changed."),
    Entry("HN0508", "given-never-read", "warning", "A given is never read."),
    Entry(
        "HN0509",
        "several-parameters",
        "warning",
        "A process has one instance for each combination of several parameters.",
    ),
    Entry("HN0511", "both-may-be-none", "warning", "Two values that may both be none are compared."),
    Entry("HN0512", "nearly-a-member", "warning", "A fresh name in a pattern is nearly an enum member."),
    Entry(
        "HN0513",
        "undirected-assumption",
        "warning",
        "An assumption is about an event that is neither input nor output.",
    ),
    Entry(
        "HN0510",
        "guard-reads-oracle",
        "warning",
        "A design's `when` or `if` reads the state of a specification.",
    ),
)

PROVER: tuple[Entry, ...] = (
    Entry(
        "HN0525",
        "certificate-folder-in-use",
        "error",
        "A certificate was to be written where something else is.",
    ),
    Entry("HN0526", "no-certificate", "error", "A folder was named as a certificate and holds none."),
    Entry(
        "HN0527", "manifest-unreadable", "error", "The manifest of a certificate is not what it should be."
    ),
    Entry(
        "HN0528",
        "obligation-missing",
        "error",
        "A file of a certificate is not there: one that its manifest names, or the digest of the manifest.",
    ),
    Entry(
        "HN0529", "obligation-changed", "error", "A file of a certificate is not the one that was written."
    ),
    Entry(
        "HN0530",
        "obligation-not-met",
        "error",
        "An obligation of a certificate is false: what it is of is not proved.",
    ),
    Entry(
        "HN0531", "certificate-of-another", "error", "A certificate is not of the specification as it is now."
    ),
    Entry(
        "HN0532",
        "endless-lemma-asked",
        "error",
        "A check asks for a lemma about all values of an endless type.",
    ),
    Entry("HN0534", "missing-extra", "error", "A library that honnin does without is needed for this."),
)
