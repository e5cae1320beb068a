//! What two functions or more must agree on, and nothing else: identifiers, the tables, sessions and
//! tokens, sealing and signing, audit records, and the layout of pages.

