ALTER TABLE loans DROP CONSTRAINT loans_due_after_lent;
ALTER TABLE loans DROP COLUMN due_on;
