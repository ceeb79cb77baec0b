"""Visits 上门: two people walk a route from door to door, prepared, in permitted hours, and write down how it went (product row G6).

Nouns: route 路线单 (the visits of one day, two people named), stop 一户 (a released visit step on a route), readiness 出发检查
(what must be at hand before the first door), proof 凭证 (a photograph or a signature), number 紧急电话 (whom a visitor in
trouble calls, one for a community).
States of a route: planned → walking → over, or cancelled before it began. Of a stop: open → done (the contact is logged) | paid
(nothing was owed any more at the door) | skipped.
Invariants: a route has two different people and begins in hours that the law guard permits; nobody starts before everything of
the readiness is ticked and there is a number to call; a step stands on at most one route at a time; a visit is logged once
however often it is sent; a proof never changes; no paper that is carried openly shows an amount.
"""
