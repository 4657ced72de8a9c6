"""A plan changed while its run goes on: what is rested through, left out, prolonged or told anew. Pure.

It uses what is written in the plan; only what is new in it (a continuation, another breath) is planned from the files.
Each change that moves the steps gives the new index of the step that it was asked for, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

from bot.guide.marks import Script
from bot.guide.plan import QUIET, SPEED
from bot.guide.planned import Plan, PlannedStep, Telling


def rest_through(plan: Plan, index: int) -> tuple[Plan, int]:
    """The step as its rest twin: the same length, no movement. In a caution: the step that it stands before."""
    here = index
    if plan.steps[index].form == "caution":
        root = plan.steps[index].root
        here = next(i for i, step in enumerate(plan.steps) if i > index and step.root == root and step.counts)
    return replace(plan, steps=tuple(_rested(s) if i == here else s for i, s in enumerate(plan.steps))), here


def leave_out(plan: Plan, index: int) -> tuple[Plan, int]:
    """Every step of the same pose becomes its rest twin, also those that Back would lead to; their cautions go."""
    out = plan.steps[index].left_out_as
    steps, here = [], index
    for i, step in enumerate(plan.steps):
        if step.form == "caution" and step.left_out_as == out and i != index:
            here -= i < index
        else:
            steps.append(_rested(step) if step.left_out_as == out else step)
    return replace(plan, steps=tuple(steps)), here


def leave_tags(plan: Plan, here: int, tags: Set[str], *, too: bool) -> Plan:
    """Every led step with one of these tags becomes its rest twin, also those that Back would lead to; the step `here`
    only with `too`. Cautions that were still to come for them go."""
    out = {s.root for s in plan.steps if s.form == "led" and tags & set(s.tags)}
    steps = tuple(
        _rested(s) if s.root in out and (too or i != here) else s
        for i, s in enumerate(plan.steps)
        if i <= here or s.form != "caution" or s.root not in out
    )
    return replace(plan, steps=steps)


def more_quiet(plan: Plan, index: int, name: str, show: str, voice: str | None) -> Plan:
    """Thirty quiet seconds after a step, as a step of their own; what hurts in them is that step's movement."""
    before, told = plan.steps[index], quiet(show, voice)
    step = PlannedStep(
        id=f"{before.root}-quiet",
        name=name,
        form="quiet",
        told=told,
        rest=told,
        movement=before.movement,
        pose=before.pose,
        tags=before.tags,
    )
    return replace(plan, steps=(*plan.steps[: index + 1], step, *plan.steps[index + 1 :]))


def go_further(plan: Plan, more: Plan) -> Plan:
    """The continuation before the last step, which closes the session."""
    return replace(plan, steps=(*plan.steps[:-1], *more.steps, plan.steps[-1]), more=None)


def told_anew(plan: Plan, index: int, told: Mapping[str, PlannedStep]) -> Plan:
    """The steps behind `index` as they are planned now, where they are still led; by id."""
    new = {id: step for id, step in told.items() if step.form == "led"}  # noqa: A001 - the field's name
    steps = tuple(
        new.get(s.id, s) if i > index and s.form == "led" and s.advance == "timed" else s
        for i, s in enumerate(plan.steps)
    )
    return replace(plan, steps=steps)


def quiet(show: str, voice: str | None) -> Telling:
    """Thirty seconds with no words."""
    silence = Script(QUIET, ())
    return Telling(show, silence, SPEED, silence.key(voice, SPEED) if voice else None)


def _rested(step: PlannedStep) -> PlannedStep:
    """Its rest twin, which tells no caution; quiet is quiet, and a caution that is on stays what it is."""
    if step.form in ("quiet", "caution"):
        return step
    return replace(step, form="rest", told=step.rest, caution_id=None)
