select place, outcome, "position", epoch, conflict_type, conflict_id,
       (held).append_id as held_append_id, (held).fingerprint as held_fingerprint, 
       (held).aggregate_type as held_type, (held).aggregate_id as held_id, (held).version as held_version,
       (held).epoch as held_epoch, (held)."position" as held_position, (held).events as held_events, (held).refusal as held_refusal
from log.append_v2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)
