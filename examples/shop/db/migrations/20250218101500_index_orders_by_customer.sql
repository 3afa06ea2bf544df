-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY orders_customer_id_placed_at_idx ON orders (customer_id, placed_at DESC);

-- +goose Down
DROP INDEX CONCURRENTLY orders_customer_id_placed_at_idx;
