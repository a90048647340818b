-- Whether RE2 takes a pattern; reads no rows.
SELECT match('', {pattern:String}) AS matches
