-- What was loaded, written in the transaction of each load: if a load stands here, its rows are there.
create table if not exists movies.loads (
    load_id        varchar(256)  not null,   -- the job run's id
    job            varchar(255)  not null,
    source         varchar(2048) not null,
    ruleset        varchar(255)  not null,
    mode           varchar(16)   not null,   -- merge, append or replace
    rows_read      bigint        not null,
    rows_loaded    bigint        not null,
    rows_rejected  bigint        not null,
    loaded_at      timestamp     not null
)
diststyle auto
sortkey (loaded_at);
create table if not exists movies.load_files (
    load_id        varchar(256)  not null,
    file_id        varchar(64)   not null,   -- made of the address and the content's ETag
    file           varchar(2048) not null,
    rows_read      bigint        not null
)
diststyle auto;
