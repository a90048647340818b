-- The oldest and newest block there is; answered from the parts' own figures without reading rows.
SELECT toString(min(block)) AS oldest, toString(max(block)) AS newest FROM /*of all*/spans
