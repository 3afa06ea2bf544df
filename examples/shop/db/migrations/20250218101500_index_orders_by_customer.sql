-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY orders_customer_id_placed_at_idx ON orders (customer_id, placed_at DESC);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY orders_customer_id_placed_at_idx;
