"""What every record shares: reference, version, state, revisions, the journal and its chain, search, links, drafts."""
