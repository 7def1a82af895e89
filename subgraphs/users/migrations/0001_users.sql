create table users (
    id text primary key,
    username text not null unique,
    name text not null,
    email text not null,
    phone text,
    address text,
    preferences text,
    avatar_url text,
    loyalty_points bigint not null default 0,
    created_at text not null,
    settings text
);

create unique index users_by_email on users (lower(email));
