"""What can be done with processing activities, one module a family of verbs."""
