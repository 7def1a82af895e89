create table products (
    id text primary key,
    name text not null,
    price_cents bigint not null check (price_cents >= 0),
    stock bigint not null check (stock >= 0),
    category text,
    description text,
    image_url text,
    thumbnail_url text,
    version bigint not null default 1
);

create index products_by_category_and_price on products (category, price_cents);

create index products_by_price on products (price_cents);

-- The id for the next new product. One row; ids that are taken already are passed over.
create table product_sequence (
    next_id bigint not null
);

insert into product_sequence (next_id) values (3);
