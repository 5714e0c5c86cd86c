"""Who is here: organisations, departments, people, memberships, and what each may do."""
