-- The columns stand in conf/base.yml too, with how each is read from the source.
create table if not exists movies.imdb_movies (
    series_title   varchar(256)  not null,
    released_year  integer       not null,
    certificate    varchar(16),
    runtime        integer,      -- minutes
    genre          varchar(128),
    imdb_rating    decimal(3,1)  not null,
    meta_score     integer,
    director       varchar(128)  not null,
    star1          varchar(128),
    star2          varchar(128),
    star3          varchar(128),
    star4          varchar(128),
    no_of_votes    bigint        not null,
    gross          bigint        -- dollars
)
diststyle auto
sortkey (released_year);
