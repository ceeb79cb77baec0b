"""wuyefei (物业费): billing, collection and provable books for property-management companies in China."""
