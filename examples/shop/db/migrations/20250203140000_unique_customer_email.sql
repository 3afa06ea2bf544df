-- +goose NO TRANSACTION
-- +goose Up
CREATE UNIQUE INDEX CONCURRENTLY customers_email_key ON customers (lower(email));

-- +goose Down
DROP INDEX CONCURRENTLY customers_email_key;
