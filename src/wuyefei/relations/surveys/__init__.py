"""Satisfaction 满意度: what owners say of a work order that is closed, and of a quarter (product row I1).

Nouns: answer 评价 (one household's score from 1 to 5 with words if it likes), wave 季度调查 (a community's quarter, open for a
month), keeper 管家 (whoever kept the building when it was answered), call-back 回访 (somebody spoke to a household that was
not satisfied). States of an answer: given → handled, for low scores and complaints of the keeper; all others stay given.

Invariants: a work order is answered once, a wave once a household; what was said is never changed; an anonymous answer
holds neither person nor home; no group of fewer than five answers is shown, nor can it be worked out from what is shown;
whoever a complaint is about neither reads nor handles it.
"""
