DROP INDEX subscribers_email_key;
ALTER TABLE subscribers DROP COLUMN unsubscribed_at;
