"""Campaigns 优惠活动: gifts and services for who pays ahead, and handling fees waived (product rows C3, C4).

Nouns: campaign 活动 (of one community, between two days; of gifts 礼遇 or of a fee 免手续费), tier 档 (paid ahead so much, and
what it brings: a gift or a bundle of services, its cost, how many there are), given 发放 (to one property).
States of a campaign: asked → running | refused; running → ended. Of what is given: given → taken back.
Invariants: a campaign gives once a property; a tier never gives more than there are, a waived fee never more than its budget,
whoever gives at the same moment; what was asked for is what a second person agreed to. A gift lowers no bill and no
income; a waived fee lowers the bill, with its tax, by an adjustment under the campaign's own approval.
"""
