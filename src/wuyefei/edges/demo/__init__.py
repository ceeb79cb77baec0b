"""The demo company: made through the public actions by a seeded, deterministic generator.

Two firms: a group with three communities, and a small firm with one that must never see the group's rows. Every
name, number and sum is invented.
"""
