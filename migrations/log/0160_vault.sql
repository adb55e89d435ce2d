-- The keys that seal personal data, one per subject, wrapped by a master key that is not in the database. In a schema of its own: its backup
-- is separate and short-lived, since it bounds every erasure.
create schema vault;

create table vault.subject_keys (
    subject         text        collate "C" primary key,
    key_id          uuid        not null unique,
    wrapped         bytea       not null,                  -- nonce, then the key in XChaCha20-Poly1305 under the master key, bound to subject and key id
    created_at      timestamptz not null default now()
);

-- Who was erased. A restore of the keys replays this list first.
create table vault.erasures (
    subject         text        collate "C" primary key,
    erased_at       timestamptz not null default now(),
    erased_by       text        not null
);
