"""How post looks: letters and forms as text with places for what is printed of a person.

$name, $re (the name as the subject line has it), $born, $nhs, $ref, $address (over lines), $oneline, $dear,
$writer, $copy. A place whose fact is not given takes its whole line away. HELD_OUT are used for reporting
only, so that nothing is tuned to every layout.
"""

TUNED_AND_REPORTED = {
    "hospital": """Brackenshire Hospitals NHS Foundation Trust
Department of Medicine for Older People
Consultant: Dr H Lindqvist
Hospital No: H$hospital

14 October 2026

Adult Social Care
County Chambers
Merrowby ZZ1 1AA

Dear colleague

Re: $re
Address: $oneline
DOB: $born
NHS No: $nhs
Your ref: $ref

Diagnosis: falls, type 2 diabetes. Thank you for seeing this patient, who came to the clinic with
$relative on 9 October 2026. Blood pressure was 132/84. We would be grateful for a review of care.

Yours sincerely

Dr H Lindqvist
Consultant physician
$copy
""",
    "council": """Brackenshire Council
Children and Adults, County Chambers, Corn Street, Merrowby ZZ1 1AA
Telephone 01632 960140

Our ref: $ref
Date: 20 October 2026

$writer
$address

Dear $dear

$re, date of birth $born

We wrote to you on 1 September 2026 about the review of the support plan. The meeting is on
12 November 2026 at 10 am. Please bring what you would like to talk about.

Yours sincerely
Maureen Attwater
Reviewing officer
$copy
""",
    "form": """REFERRAL FORM
Section 1 Details of person

Surname: $last      Forename: $first
Date of birth: $born      Gender: not said
NHS number: $nhs
Address: $oneline
Case reference: $ref

Section 2 Details of referrer
Name: Theresa Quillan
Organisation: Meadowgate Surgery
Telephone: 01632 960211

Reason for referral: $relative is worried about safety at home. Consent was given on 3 October 2026.
""",
    "gp": """Meadowgate Surgery
14 Saddlers Mead, Stoke Arden ZZ4 2GP
Tel 01632 960211

22/10/2026

Patient: $re   D.O.B. $born
$oneline
NHS Number $nhs

To whom it may concern

The patient named above is registered here. Current problems: hypertension, arthritis.
Medication: amlodipine 5 mg, paracetamol. I support the request made in your letter $ref.

Yours faithfully
Dr C Anyanwu
$copy
""",
    "own_letter": """$name
$address

25 October 2026

Adult Social Care
County Chambers, Merrowby

My reference with you is $ref
My date of birth is $born

Dear Sir or Madam

I am writing about the carer who comes in the mornings. She has been late all week and I have
missed my tablets. Please ring me.

Yours faithfully

$name
""",
    "school": """Tanyard Lane Primary School
Merrowby ZZ1 3QA
Headteacher: Mrs P Ollerenshaw

Date: 16 October 2026

Name of child: $re
Date of birth: $born
Address: $oneline
Our reference: $ref

Attendance this term is 71%. The school spoke with $relative on 2 October 2026 and offered help.

Yours sincerely
P Ollerenshaw
$copy
""",
    "invoice": """Sorrel Homecare Ltd
Company number 01234567   VAT 999 0000 00

INVOICE 20417                    Date 31/10/2026
Purchase order 4500123

Service user: $re
Client ref: $ref
Date of birth: $born
Care at home, 14 hours a week      £ 1,204.00

Payment to Sorrel Homecare Ltd within 30 days.
""",
}

HELD_OUT = {
    "police": """BRACKENSHIRE CONSTABULARY
PUBLIC PROTECTION NOTICE
Occurrence number 42260001234

Subject: $re
DOB $born
Home address $oneline
Local authority ref $ref

Officers attended on 11/10/2026 at 22:40 after a call by $relative. The subject was safe and well.
Reporting officer: PC 4471 Wainfleet
""",
    "discharge": """DISCHARGE SUMMARY                                       Ward 12
Patient name   $re
Date of birth  $born          NHS no.  $nhs
Address        $oneline

Admitted 02.10.2026   Discharged 13.10.2026
Dear Dr Anyanwu, this patient was admitted after a fall. Package of care to restart.
Case no. with social services: $ref
$copy
""",
    "solicitor": """Harbour View Law LLP
Solicitors

Our ref: AW/20931/4
Your ref: $ref
18 October 2026

Dear Sirs

Our client: $re of $oneline
Date of birth: $born

We are instructed by the above named. Please send us copies of all records that you hold. We
enclose the signed authority. $relative has seen a copy of this letter.

Yours faithfully
Harbour View Law LLP
$copy
""",
    "welsh": """Cyngor Brackenshire
Ein cyf: $ref
Dyddiad: 20 Hydref 2026

$writer
$address

Annwyl $dear

Ynghylch: $re   Dyddiad geni: $born   Rhif GIG: $nhs

Diolch am eich llythyr. Bydd yr adolygiad ar 12 Tachwedd 2026 am 10 y bore.

Yn gywir
Maureen Attwater
$copy
""",
}
