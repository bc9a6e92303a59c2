"""The whole sample post, in the order the post room opened it."""

from scanning.sample_post.model import PostFile
from scanning.sample_post.post_list_adults import ADULTS
from scanning.sample_post.post_list_children import CHILDREN
from scanning.sample_post.post_list_mail import MAIL
from scanning.sample_post.post_list_papers import PAPERS
from scanning.sample_post.post_list_stacks import STACKS
from scanning.sample_post.post_list_young_people import YOUNG_PEOPLE

POST: tuple[PostFile, ...] = (
    *CHILDREN,
    *YOUNG_PEOPLE,
    *ADULTS,
    *PAPERS,
    *STACKS,
    *MAIL,
)
