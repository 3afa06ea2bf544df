-- migrate:up transaction:false
CREATE UNIQUE INDEX CONCURRENTLY customers_email_key ON customers (lower(email));

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY customers_email_key;
