"""Credit 信用: what an owner's payment, contract and conduct earn in benefits, and in nothing else (product row F3).

Four things have four names and are never mixed: *class* 类 (behaviour), *grade* 级 (the debt), *credit* 信用 (benefits, here) and
*risk* 风险 (a forecast).

Nouns: facts 依据 (what the books show), rating 信用等级 (A–D, or none while too little is known or the owner has opted out),
change 等级变动, choice 评级意愿 (in or out of being rated), review 复核 (an owner's objection and a person's answer), free service
免费服务 (a benefit given and recorded), showing 对外提供 (a rating given to somebody outside), door 提供开关.
States of a review: open → upheld | corrected | withdrawn. Of a showing: asked → given | refused.
Invariants: a rating follows from the facts by one pure rule; only a named person may better it, for a time, with a reason,
and nobody can worsen it; every change stands in the append-only history; a rating gives benefits and takes nothing: no other
room reads it, and what it moves in the service's order is bounded there; nothing is shown outside while the door is shut,
without a lawful ground, without a second person, or of somebody who has opted out.
"""
