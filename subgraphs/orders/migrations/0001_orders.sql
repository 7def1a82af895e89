create table orders (
    id text primary key,
    user_id text not null,
    status text not null,
    total_cents bigint not null,
    created_at text not null
);

create index orders_by_user on orders (user_id, created_at desc, id);

create index orders_by_time on orders (created_at desc, id);

create table order_items (
    order_id text not null references orders (id),
    line bigint not null,
    product_id text not null,
    quantity bigint not null check (quantity > 0),
    unit_price_cents bigint not null check (unit_price_cents >= 0),
    primary key (order_id, line)
);
