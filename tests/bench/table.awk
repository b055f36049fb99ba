# Reads lines `JOB PROGRAM VALUE`, sorted by value within the same job and program; prints the
# medians as a table: a row for each job, with the ratio of ours (asyncc) to the job by hand
# (`reference`; "best": to the best of the others) and the limit that is set for it, if any. `limits` is the text of the file of limits.
BEGIN {
    lines = split(limits, line, "\n")
    for (i = 1; i <= lines; i++)
        if (split(line[i], word, " ") >= 3 && word[1] != "#") {
            sign = word[3] == "ratio" || word[3] == "plain" || word[3] == "best" ? "x " : ""
            before = word[1] in limit ? limit[word[1]] ", " : ""
            limit[word[1]] = before sign word[2]
        }
}
{
    values[$1, $2, ++count[$1, $2]] = $3
    if (!seen[$1]++)
        jobs[++job_count] = $1
    if ($2 != "asyncc" && $2 != reference && !seen_program[$2]++)
        others[++other_count] = $2
}
function median(job, program, n)
{
    n = count[job, program]
    return n ? values[job, program, int((n + 1) / 2)] : "-"
}
function best(job, i, value, least)
{
    least = "-"
    for (i = 1; i <= other_count; i++) {
        value = median(job, others[i])
        if (value != "-" && (least == "-" || value < least))
            least = value
    }
    return least
}
function cell(text)
{
    printf " %13s", text
}
END {
    printf "%-12s", "job"
    cell("asyncc")
    cell(reference)
    for (i = 1; i <= other_count; i++)
        cell(others[i])
    cell("ratio")
    cell("limit")
    print ""
    for (j = 1; j <= job_count; j++) {
        name = jobs[j]
        ours = median(name, "asyncc")
        by_hand = reference == "best" ? best(name) : median(name, reference)
        printf "%-12s", name
        cell(ours)
        cell(by_hand)
        for (i = 1; i <= other_count; i++)
            cell(median(name, others[i]))
        cell(ours != "-" && by_hand > 0 ? sprintf("%.2f", ours / by_hand) : "-")
        cell(name in limit ? limit[name] : "-")
        print ""
    }
}
