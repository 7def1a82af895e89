create table reviews (
    id text primary key,
    product_id text not null references products (id),
    user_id text not null,
    rating bigint not null check (rating between 1 and 5),
    body text,
    created_at text not null
);

create index reviews_by_product on reviews (product_id, created_at desc, id);

create index reviews_by_user on reviews (user_id, product_id);

-- The mean of the reviews, 0 without any. Kept with the product, so that the best ones are found
-- without reading all reviews; whoever writes a review brings it up to date.
alter table products add column average_rating double precision not null default 0;

create index products_by_rating on products (average_rating desc, id) where stock > 0;
